"""The networks in training, the loop, checkpoints, export."""

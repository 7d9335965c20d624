"""The models: where their files are and how they are checked, the encoder, the cross-encoder, calibration."""

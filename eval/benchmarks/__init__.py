"""Speed, memory, generators and other systems, measured on this machine in one run."""

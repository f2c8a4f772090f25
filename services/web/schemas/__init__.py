"""What bodies and queries hold, a file per subject."""

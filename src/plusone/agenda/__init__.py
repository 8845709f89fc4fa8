"""What clients come to: so far that they came, or did not."""

"""What is given for a recommendation, to whom, when, and why not."""

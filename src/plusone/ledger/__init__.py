"""What clients have: accounts, transfers, lots and holds, written once and never changed."""

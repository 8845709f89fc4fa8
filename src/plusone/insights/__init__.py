"""What it brought: figures, goals, costs, the balance book."""

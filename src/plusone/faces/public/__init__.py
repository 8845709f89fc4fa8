"""What anybody may open: invitations, unsubscribing, the outbox of a trial."""

"""Who is here and by which rules: users, businesses, roles, money, clocks, ids, the queue, the guards of the tables."""

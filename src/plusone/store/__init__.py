"""What is sold: products, memberships, orders, payments, refunds, coupons."""

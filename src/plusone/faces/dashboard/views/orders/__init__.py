"""Store ▸ Orders: what was sold, how it was paid, and selling at the desk (2.5, 4.6, R-259)."""

from django.urls import path

from .acts import cancel, pay, refund
from .book import export, index, order, receipt
from .desk import choose_client, preview, sell
from .disputes import dispute, lose, win

urlpatterns = [
    path("orders/", index, name="orders"),
    path("orders.csv", export, name="orders_csv"),
    path("orders/<str:order>/", order, name="order"),
    path("orders/<str:order>/receipt/", receipt, name="receipt"),
    path("orders/<str:order>/pay/", pay, name="order_pay"),
    path("orders/<str:order>/cancel/", cancel, name="order_cancel"),
    path("orders/<str:order>/refund/", refund, name="order_refund"),
    path("orders/<str:order>/dispute/", dispute, name="order_dispute"),
    path("orders/<str:order>/dispute/won/", win, name="order_dispute_won"),
    path("orders/<str:order>/dispute/lost/", lose, name="order_dispute_lost"),
    path("sell/", choose_client, name="sell"),
    path("sell/<str:client>/", sell, name="sell_to"),
    path("sell/<str:client>/preview/", preview, name="sell_preview"),
]

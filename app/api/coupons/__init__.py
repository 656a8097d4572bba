"""The coupon service: `service` is its HTTP side, `store` where coupons are kept."""

"""The coupon service: `service` is the HTTP side, `store` the table, `models` the domain."""

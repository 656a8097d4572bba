"""The log of redemptions, in a DynamoDB table of its own beside whatever keeps the coupons."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from coupons.dynamodb import make_client, refusals
from coupons.logs import REQUEST_ID
from coupons.models import Coupon, NewCoupon, Position, to_text
from coupons.store import Store

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

# Long enough to settle a dispute about a campaign; then DynamoDB deletes it.
KEPT = timedelta(days=90)


class RedemptionLog:
    """One entry a redemption, under an id that follows from the coupon's.

    So writing it again changes nothing, and a coupon can't have two.
    """

    def __init__(self, table: str) -> None:
        self._table = table

    def record(self, coupon_id: str, redeemed_at: datetime) -> None:
        """Write the entry, unless it is there."""
        client = self._client
        try:
            with refusals(client):
                client.put_item(
                    TableName=self._table,
                    Item={
                        "log_id": {"S": f"redemption-{coupon_id}"},
                        "timestamp": {"S": to_text(redeemed_at)},
                        # Seconds since the epoch: the form that DynamoDB's TTL reads.
                        "expires_at": {"N": str(int((redeemed_at + KEPT).timestamp()))},
                        "event": {"S": "coupon-redeemed"},
                        "coupon_id": {"S": coupon_id},
                        "request_id": {"S": REQUEST_ID.get()},
                    },
                    ConditionExpression="attribute_not_exists(log_id)",
                )
        except client.exceptions.ConditionalCheckFailedException:
            # An earlier try of the same redemption got as far as this.
            return

    @cached_property
    def _client(self) -> "DynamoDBClient":
        return make_client()


class LoggedStore:
    """A store whose redemptions are logged.

    The entry is written after the redemption, since no transaction spans both. A caller whose
    entry could not be written is told to ask again, and the same key writes it then: so an answer
    of success means that the entry is there.
    """

    def __init__(self, store: Store, log: RedemptionLog) -> None:
        self._store = store
        self._log = log

    def issue(self, new: NewCoupon) -> Coupon:
        """Keep a new coupon under an id of its own."""
        return self._store.issue(new)

    def read(self, coupon_id: str) -> Coupon:
        """The coupon as it is now."""
        return self._store.read(coupon_id)

    def page(self, limit: int, after: Position | None) -> tuple[list[Coupon], Position | None]:
        """Up to ``limit`` coupons, the newest first, and the last position if more follow."""
        return self._store.page(limit, after)

    def redeem(self, coupon_id: str, redemption_key: str) -> Coupon:
        """Redeem the coupon once, and log it once."""
        coupon = self._store.redeem(coupon_id, redemption_key)
        if coupon.redeemed_at is not None:
            self._log.record(coupon_id, coupon.redeemed_at)
        return coupon

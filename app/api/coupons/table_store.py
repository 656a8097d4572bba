"""Coupons in a DynamoDB table.

The table's key is ``coupon_id``. The list comes from the index ``newest``, whose partition key
``listing`` is the same for every coupon and whose sort key is ``issued_at``: a Query, so the
function needs no right to Scan. One partition takes 1,000 writes a second, far more than the API
lets through.
"""

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from coupons.dynamodb import make_client, refusals
from coupons.models import Coupon, Discount, NewCoupon, Position, new_coupon_id, status, to_text
from coupons.problems import (
    CouponExpiredError,
    CouponNotFoundError,
    CouponRedeemedError,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, QueryInputTypeDef

    Item = dict[str, AttributeValueTypeDef]

INDEX = "newest"
_LISTING: "AttributeValueTypeDef" = {"S": "coupons"}


class TableStore:
    """The coupons of one table."""

    def __init__(self, table: str) -> None:
        self._table = table

    def issue(self, new: NewCoupon) -> Coupon:
        """Keep a new coupon under an id of its own."""
        now = datetime.now(UTC)
        item = _new_item(new, now)
        with refusals(self._client):
            self._client.put_item(
                TableName=self._table,
                Item=item,
                # Two equal ids are all but impossible; overwriting a coupon is quite impossible.
                ConditionExpression="attribute_not_exists(coupon_id)",
            )
        return _coupon(item, now)

    def read(self, coupon_id: str) -> Coupon:
        """The coupon as it is now, not as it was a moment ago."""
        with refusals(self._client):
            answer = self._client.get_item(
                TableName=self._table, Key={"coupon_id": {"S": coupon_id}}, ConsistentRead=True
            )
        if "Item" not in answer:
            raise CouponNotFoundError
        return _coupon(answer["Item"], datetime.now(UTC))

    def page(self, limit: int, after: Position | None) -> tuple[list[Coupon], Position | None]:
        """Up to ``limit`` coupons, the newest first, and the position of the last if more follow.

        A coupon shows up here some milliseconds after it was issued: an index follows its table.
        """
        query: QueryInputTypeDef = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "listing = :listing",
            "ExpressionAttributeValues": {":listing": _LISTING},
            "ScanIndexForward": False,
            # One more tells whether there is more. A hundred coupons are far below the 1 MB at
            # which DynamoDB itself would end a page.
            "Limit": limit + 1,
        }
        if after is not None:
            query["ExclusiveStartKey"] = {
                "listing": _LISTING,
                "issued_at": {"S": after.issued_at},
                "coupon_id": {"S": after.coupon_id},
            }
        with refusals(self._client):
            items = self._client.query(**query)["Items"]
        shown = items[:limit]
        now = datetime.now(UTC)
        last = None
        if len(items) > limit:
            last = Position(shown[-1]["issued_at"]["S"], shown[-1]["coupon_id"]["S"])
        return [_coupon(item, now) for item in shown], last

    def redeem(self, coupon_id: str, redemption_key: str) -> Coupon:
        """Redeem the coupon once; the same ``redemption_key`` gets the same answer again.

        The condition is what decides between two callers at the same moment: DynamoDB applies
        one update to an item after the other.
        """
        now = datetime.now(UTC)
        client = self._client
        try:
            with refusals(client):
                answer = client.update_item(
                    TableName=self._table,
                    Key={"coupon_id": {"S": coupon_id}},
                    UpdateExpression="SET redeemed_at = :at, redemption_key = :key",
                    ConditionExpression="attribute_exists(coupon_id)"
                    " AND attribute_not_exists(redeemed_at) AND expires_at > :now",
                    ExpressionAttributeValues={
                        ":at": {"S": to_text(now)},
                        ":key": {"S": redemption_key},
                        ":now": {"N": str(int(now.timestamp()))},
                    },
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except client.exceptions.ConditionalCheckFailedException as refusal:
            item: Item | None = refusal.response.get("Item")  # type: ignore[assignment]  # absent from the types
            if item is None:
                raise CouponNotFoundError from None
            if "redeemed_at" not in item:
                raise CouponExpiredError from None
            if item["redemption_key"]["S"] != redemption_key:
                raise CouponRedeemedError from None
            return _coupon(item, now)
        return _coupon(answer["Attributes"], now)

    @cached_property
    def _client(self) -> "DynamoDBClient":
        return make_client()


def _new_item(new: NewCoupon, now: datetime) -> "Item":
    item: Item = {
        "coupon_id": {"S": new_coupon_id()},
        "listing": _LISTING,
        "issued_at": {"S": to_text(now)},
        # Seconds since the epoch: the form that conditions compare and DynamoDB's TTL reads.
        "expires_at": {"N": str(int(new.expires_at.timestamp()))},
        "description": {"S": new.description},
    }
    discount = new.discount
    if discount.percent is not None:
        item["percent"] = {"N": str(discount.percent)}
    if discount.amount is not None and discount.currency is not None:
        item["amount"] = {"N": str(discount.amount)}
        item["currency"] = {"S": discount.currency}
    return item


def _coupon(item: "Item", now: datetime) -> Coupon:
    expires_at = datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC)
    redeemed_at = item["redeemed_at"]["S"] if "redeemed_at" in item else None
    return Coupon(
        coupon_id=item["coupon_id"]["S"],
        description=item["description"]["S"],
        discount=Discount.model_validate(
            {
                "percent": int(item["percent"]["N"]) if "percent" in item else None,
                "amount": int(item["amount"]["N"]) if "amount" in item else None,
                "currency": item["currency"]["S"] if "currency" in item else None,
            }
        ),
        status=status(expires_at, now, redeemed=redeemed_at is not None),
        issued_at=datetime.fromisoformat(item["issued_at"]["S"]),
        expires_at=expires_at,
        redeemed_at=None if redeemed_at is None else datetime.fromisoformat(redeemed_at),
    )

-- One row per deal and lead whose touches are the deal's: the account's leads, or its primary lead alone.
-- Key: (deal_id, lead_id).
select span.deal_id, record.lead_id
from deal_span as span
inner join lead_record as record on record.account_id = span.account_id
where
    record.excluded is null
    and (select value from setting where key = 'attribution.journey_scope') = 'account'
union
select deal_id, lead_id
from deal_span
where lead_id is not null

-- recipient_segment:dimension transferred:metric
SELECT recipient.segment AS recipient_segment, SUM(transfers.amount) AS transferred
FROM lake.shop.transfers
  LEFT JOIN lake.shop.accounts AS recipient ON transfers.recipient_id = recipient.account_id
  LEFT JOIN lake.shop.accounts AS sender ON transfers.sender_id = sender.account_id
WHERE sender.segment = 'retail'
GROUP BY 1
ORDER BY transferred DESC NULLS LAST, recipient_segment
-- sender_region:dimension recipient_region:dimension transferred:metric
SELECT
  sender_regions.region_name AS sender_region,
  recipient_regions.region_name AS recipient_region,
  SUM(transfers.amount) AS transferred
FROM lake.shop.transfers
  LEFT JOIN lake.shop.accounts AS sender ON transfers.sender_id = sender.account_id
  LEFT JOIN lake.shop.branches AS sender_branches ON sender.branch_id = sender_branches.branch_id
  LEFT JOIN lake.shop.regions AS sender_regions ON sender_branches.region_id = sender_regions.region_id
  LEFT JOIN lake.shop.accounts AS recipient ON transfers.recipient_id = recipient.account_id
  LEFT JOIN lake.shop.branches AS recipient_branches ON recipient.branch_id = recipient_branches.branch_id
  LEFT JOIN lake.shop.regions AS recipient_regions ON recipient_branches.region_id = recipient_regions.region_id
GROUP BY 1, 2
ORDER BY transferred DESC NULLS LAST, sender_region, recipient_region
-- account_name:dimension account_id:dimension segment:dimension created:time
SELECT accounts.account_name, accounts.account_id, accounts.segment, accounts.created
FROM lake.shop.accounts
WHERE accounts.account_id NOT IN (
  SELECT tickets.account_id
  FROM lake.shop.tickets
  WHERE tickets.account_id IS NOT NULL AND tickets.priority = 'high'
)
ORDER BY accounts.created DESC NULLS LAST, accounts.account_id
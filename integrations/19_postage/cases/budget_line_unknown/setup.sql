update ledger.postage_budget set budget_line = '9999999911' where organization = '15020000';

select label_ja, label_en, count, yen from ledger.review_clearings()

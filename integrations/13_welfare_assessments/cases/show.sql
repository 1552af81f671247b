table slate.receivables order by "調定", "発行"

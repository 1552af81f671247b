{"if":"13","count":2,"sum":6601}

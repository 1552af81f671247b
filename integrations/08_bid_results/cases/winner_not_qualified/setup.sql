select pg_temp.second_tender('{"category": "0205"}');

select pg_temp.second_tender('{"evaluation": "overall", "reserved": 6050000}', '{0012345678,0012345679,0012345680}');

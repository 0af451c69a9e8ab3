"""Call records with a given count of distinct numbers, one caller and one called number a row, evenly over a day."""

import sys

count = int(sys.argv[1])
rows = count // 2
out = sys.stdout
out.write("start,answer,end,caller,called,ingress,sip_status,call_id\n")
step = 86400 / rows
for row in range(rows):
    start = 1_700_000_000 + row * step
    # 33 6 xx and 33 1 xx numbers, each once, in an order that no cache likes.
    mixed = row * 7_368_787 % 90_000_000
    out.write(f"{start:.3f},{start + 8:.3f},{start + 60:.3f},+336{10_000_000 + mixed},+331{10_000_000 + mixed},ic-{row % 20},200,{row}\n")

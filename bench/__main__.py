"""Runs every measurement and prints ratios within this one run; absolute seconds depend on the machine."""

from bench import build_cost, csv_reading, large_drop, small_drop

build_cost.main()
small_drop.main()
large_drop.main()
csv_reading.main()

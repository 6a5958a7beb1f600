"""Runs every measurement and prints ratios within this one run; absolute seconds depend on the machine."""

from bench import build_cost, large_drop

build_cost.main()
large_drop.main()

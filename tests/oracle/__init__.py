"""Every KPI a second time, by slow and plain code that shares nothing with the product but its input."""

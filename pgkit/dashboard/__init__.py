"""The dashboard: pages in a browser, drawn from the functions and views of schema perf."""

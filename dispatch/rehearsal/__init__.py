"""One whole working day on real input: a town is loaded, the house is run, crews work, and everything is counted.

`town` loads the maps, `lots` and `books` give its parcels invented customers, `staff` its people, `house` runs the
processes, `office` works the public HTTP API, `crews` lets the simulated tablets work, `day` leads through it and
`account` counts what became of everything.
"""

"""The commands of `curbstop`, one file each: `add` declares it, `act` does it. Heavy parts are imported when they are needed."""

// A thread's entry that fails while it loads.
throw new Error("no such file")

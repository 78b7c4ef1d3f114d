package kernel

func native() []*isa { return nil }

func pause() {}

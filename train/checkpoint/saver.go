package checkpoint

// A Saver writes checkpoints into a folder beside training, one at a time. The zero
// Saver with a Dir is ready for use.
type Saver struct {
	Dir string

	Last    string     // the file that was written last; valid after Wait
	c       Checkpoint // what is being written; its memory is used again
	pending chan error // of the write under way, if there is one
}

// Save has fill make a checkpoint and writes it while the caller goes on. It first
// waits for the write before, whose error it returns.
func (s *Saver) Save(fill func(*Checkpoint) error) error {
	if err := s.Wait(); err != nil {
		return err
	}
	if err := fill(&s.c); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		file, err := s.c.Write(s.Dir)
		if err == nil {
			s.Last = file
		}
		done <- err
	}()
	s.pending = done
	return nil
}

// Wait waits until the last checkpoint is written, and returns its error.
func (s *Saver) Wait() error {
	if s.pending == nil {
		return nil
	}
	err := <-s.pending
	s.pending = nil
	return err
}

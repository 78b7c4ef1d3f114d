// Package optim changes parameters along their gradients.
//
// An [Optimizer] is a plain description, such as SGD{Rate: 0.1}. What it
// remembers of each parameter between steps belongs to the caller, so that it can
// be saved. A [Schedule] gives the learning rate of each step.
package optim

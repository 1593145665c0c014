// Package train runs the loop that serves every model of the zoo: next batch,
// schedule, forward and backward, clip, optimizer step, record, evaluate,
// checkpoint. [Fit] is that loop, to be read from top to bottom; everything
// around it is a plain value in [Config].
//
// # Same bytes
//
// What Fit leaves in the parameters depends on the model, the data and the
// Config alone: not on the number of cores, on the time of day, or on how
// often the run was stopped and resumed. Three rules hold throughout: sums are
// taken in a fixed order, random streams are numbered by the step, and
// everything that later steps depend on is in the checkpoint.
//
// # Counting
//
// Numbers handed to the model, the data and the schedule say how much is done
// already, so they start at 0: the first step is step 0 of epoch 0. Numbers
// that are reported say how much has been done, so they start at 1.
//
// # Sparse gradients
//
// A gradient that lists its rows ([ops.Gradient].Rows) is applied by one of
// three rules, see [SparseRule]. The default gives the same bits as a dense
// update without its cost.
package train

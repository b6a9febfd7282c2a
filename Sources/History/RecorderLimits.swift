/// The recorder's bounds and periods, each with what happens at it.
struct RecorderLimits: Sendable {
    /// Rows that may wait for the disk; beyond it records are dropped and shown as a gap.
    ///
    /// With a hundred subjects sampled every 10 s, this is more than an hour of a database that can't be written, in about 20 MB.
    var queuedRows = 60_000
    /// The part of `queuedRows` that samples may fill: a flood of them never pushes out a transition or an event.
    var queuedSampleRows = 45_000
    /// Servers of which the newest transition is kept although the queue is full, so that the state after a gap is known;
    /// beyond it they are dropped like the rest.
    var carriedTransitions = 4_096
    /// Servers whose last state is remembered for a new database, should the one in use be set aside or removed; of further
    /// ones nothing is known in the new database until their next transition.
    var rememberedServers = 4_096
    /// Rows in one transaction; more wait for the next one, so that a lock is never held for long.
    var batchRows = 2_000
    /// How often a run says that it is alive, also when nothing happens.
    var heartbeat: Duration = .seconds(5)
    /// How long one attempt waits for another program's lock before it counts as trouble.
    var lockWait: Duration = .seconds(2)
    /// The wait after a first failed attempt; it doubles with each further one.
    var firstPause: Duration = .milliseconds(100)
    /// The longest wait between two attempts.
    var longestPause: Duration = .seconds(10)
    /// How long `stop` goes on trying; what is not written by then is lost, and said so.
    var stopPatience: Duration = .seconds(5)
    /// Attempts at a batch that fails for a reason that waiting can't cure; then it is dropped and shown as a gap.
    var hopelessAttempts = 3
    /// Damaged files that one run sets aside; then it goes on without a history rather than fill the disk.
    var filesSetAside = 5
    /// How far the clock may go back before what follows counts as another run; smaller steps are within a run.
    var clockTolerance: Duration = .seconds(2)
    /// How far the clock may run ahead of the monotonic one between two signs of life before what follows counts as another
    /// run; time that nobody has lived through is nobody's.
    var clockLead: Duration = .seconds(5)
    /// How often the recorder looks whether session counts are to be rolled up or removed.
    var housekeepingInterval: Duration = .seconds(5)
    /// The pause after a step of that, so that it takes a small part of the disk's time.
    var housekeepingPause: Duration = .milliseconds(20)
    /// The wait after a step that failed; what is not rolled up today is rolled up tomorrow.
    var housekeepingPatience: Duration = .seconds(60)
    /// How much one step does.
    var housekeeping = Housekeeping.Bounds()

    /// The bounds of a running supervisor.
    static let standard = RecorderLimits()
}

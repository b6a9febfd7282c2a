import CLinux
import Glibc

/// A thread of its own for a loop that never gives it back: an event loop, a database writer.
public enum LoopThread {
    /// Runs a body on a new, detached thread with a name of its own.
    ///
    /// - Parameters:
    ///   - name: shown by `ps` and `top`; the first 15 bytes count.
    ///   - body: what to run.
    /// - Throws: `SystemError` when the kernel gives no thread; the body never runs then.
    public static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let box = Unmanaged.passRetained(Body(name: name, run: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { preconditionFailure("pthread_create hands over the argument it was given") }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                supervise_name_thread(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw SystemError("pthread_create", name, code: code)
        }
        pthread_detach(thread)
    }

    /// Lets the calling thread wait, and nothing else: no other thread, no task.
    ///
    /// - Parameter length: how long; a signal may end it earlier.
    public static func pause(_ length: Duration) {
        let (seconds, rest) = length.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest / 1_000_000_000))
        nanosleep(&time, nil)
    }

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
}

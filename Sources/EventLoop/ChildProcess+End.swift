import CLinux
import Glibc

extension ChildProcess {
    /// A descriptor that becomes readable when the process has ended, closed on exec.
    ///
    /// - Returns: the descriptor, to be closed by whoever asked.
    /// - Throws: `SystemError` when there is none left.
    /// - Source: pidfd_open(2).
    public func endDescriptor() throws(SystemError) -> Int32 {
        let descriptor = supervise_process_descriptor(identifier)
        guard descriptor >= 0 else { throw SystemError("pidfd_open", "process \(identifier)") }
        return descriptor
    }

    /// Ends a process that leads a session, and everything that it has started and that has not left it, at once.
    public func endGroup() {
        // One that has ended already has nobody to be told.
        _ = kill(-identifier, SIGKILL)
        _ = kill(identifier, SIGKILL)
    }
}

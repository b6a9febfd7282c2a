import CLinux
import Glibc

/// Where another thread of this process is: the functions that it is in, the innermost first.
///
/// - Source: backtrace(3), dladdr(3); Swift's runtime for the names (`swift_demangle`).
public enum StackTrace {
    /// More of it explains no more.
    private static let mostFrames = 40
    /// How long a thread may take to answer: one that waits in the kernel for what cannot be interrupted doesn't.
    private static let patienceMilliseconds: Int32 = 500

    /// Asks a thread.
    ///
    /// One caller at a time. Interrupts what it waits for, as every signal does.
    ///
    /// - Parameter thread: its number, as `LoopPulse` has it.
    /// - Returns: a line for each function; where it doesn't answer, one line that says in which state it is.
    public static func lines(ofThread thread: Int32) -> [String] {
        var addresses = [UnsafeMutableRawPointer?](repeating: nil, count: mostFrames)
        let count = Int(supervise_backtrace(thread, &addresses, Int32(mostFrames), patienceMilliseconds))
        guard count > 0 else { return ["thread \(thread) does not answer: \(state(ofThread: thread))"] }
        let symbols = SymbolTable()
        defer { symbols.unmap() }
        // The handler itself and the kernel's way into it say nothing.
        return addresses.prefix(count).compactMap(\.self).dropFirst(2).map { symbols.name(of: $0) }
    }

    /// - Source: proc(5), `/proc/PID/status` and `/proc/PID/wchan`.
    private static func state(ofThread thread: Int32) -> String {
        let folder = ProcessFolder.path(ofThread: thread)
        let status = SmallFile.text("\(folder)/status").split(separator: "\n")
        let state = status.first { $0.hasPrefix("State:") }?.dropFirst("State:".count)
        let place = SmallFile.text("\(folder)/wchan")
        let words = state.map { $0.drop { $0 == "\t" || $0 == " " } } ?? "it has ended"
        return place.isEmpty || place == "0" ? String(words) : "\(words) in \(place)"
    }
}

/// The names of this program's functions, read from its own file; the dynamic linker knows those of libraries only.
private struct SymbolTable {
    private let image: UnsafeRawBufferPointer?

    /// Maps the program's file; what is found in it is copied out before this goes.
    init() {
        let descriptor = open("\(ProcessFolder.path)/exe", O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0,
            let bytes = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), bytes != MAP_FAILED
        else {
            image = nil
            return
        }
        image = UnsafeRawBufferPointer(start: bytes, count: Int(status.st_size))
    }

    func unmap() {
        guard let image else { return }
        munmap(UnsafeMutableRawPointer(mutating: image.baseAddress), image.count)
    }

    func name(of address: UnsafeMutableRawPointer) -> String {
        var (file, function): (UnsafePointer<CChar>?, UnsafePointer<CChar>?)
        var base: UInt = 0
        guard supervise_find_symbol(address, &file, &base, &function) else { return "\(address)" }
        if let function { return demangled(String(cString: function)) }
        let offset = UInt(bitPattern: address) - base
        // Of libraries the linker would have known the name.
        if SmallFile.ownBase == base, let name = symbol(at: UInt64(offset)) { return demangled(name) }
        let path = file.map { String(cString: $0) } ?? "?"
        return "\(path.split(separator: "/").last ?? "?")+0x\(String(offset, radix: 16))"
    }

    /// - Source: elf(5), the 64-bit layout; `SHT_SYMTAB` is 2, `STT_FUNC` 2.
    private func symbol(at address: UInt64) -> String? {
        guard let image, image.count > 64, image[4] == 2 else { return nil }
        func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Int {
            guard offset >= 0, offset + MemoryLayout<Number>.size <= image.count else { return 0 }
            return Int(truncatingIfNeeded: image.loadUnaligned(fromByteOffset: offset, as: type))
        }
        let (sections, size) = (number(UInt64.self, at: 0x28), number(UInt16.self, at: 0x3A))
        for index in 0..<number(UInt16.self, at: 0x3C) {
            let section = sections + index * size
            guard number(UInt32.self, at: section + 4) == 2 else { continue }
            let (start, length) = (number(UInt64.self, at: section + 0x18), number(UInt64.self, at: section + 0x20))
            let texts = number(UInt64.self, at: sections + number(UInt32.self, at: section + 0x28) * size + 0x18)
            for entry in stride(from: start, to: start + length, by: 24)
            where number(UInt8.self, at: entry + 4) & 15 == 2 {
                let begin = number(UInt64.self, at: entry + 8)
                guard begin <= Int(address), Int(address) < begin + number(UInt64.self, at: entry + 16) else {
                    continue
                }
                let name = texts + number(UInt32.self, at: entry)
                guard name < image.count else { return nil }
                return String(decoding: image[name...].prefix { $0 != 0 }, as: UTF8.self)
            }
        }
        return nil
    }

    private func demangled(_ name: String) -> String {
        guard name.hasPrefix("$s"), let text = swiftDemangle(name, UInt(name.utf8.count), nil, nil, 0) else {
            return name
        }
        defer { free(text) }
        return String(cString: text)
    }
}

/// - Source: the runtime's own declaration, which its debugger and its backtraces use.
@_silgen_name("swift_demangle")
private func swiftDemangle(
    _ name: UnsafePointer<CChar>, _ length: UInt, _ output: UnsafeMutablePointer<CChar>?,
    _ outputLength: UnsafeMutablePointer<UInt>?, _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?

/// Files of a few lines, as the kernel shows them.
private enum SmallFile {
    /// Where this program is loaded: the lowest of its mappings (proc(5), `/proc/PID/maps`).
    static let ownBase: UInt? = text("\(ProcessFolder.path)/maps").split(separator: "-").first.flatMap {
        UInt($0, radix: 16)
    }

    /// A file's beginning; empty where it cannot be read.
    static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
        }
    }
}

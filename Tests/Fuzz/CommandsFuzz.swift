/// Reads whatever libFuzzer makes up as the bytes of a stats socket's client.
///
/// What is in them doesn't depend on how they are cut into pieces, and no command is longer than what was sent. (That one may not
/// be longer than a buffer is a test of its own: libFuzzer's inputs are short.)
@_cdecl("LLVMFuzzerTestOneInput")
public func readCommands(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: start, count: count))
    let whole = commands(in: [text[...]])
    for position in Set([0, 1, text.count / 2, text.count - 1]) where text.indices.contains(position) {
        precondition(
            commands(in: [text[..<position], text[position...]]) == whole, "the cuts of the network change no command")
    }
    precondition(commands(in: text.indices.map { text[$0...$0] }) == whole, "nor single bytes")
    for case .command(let request) in whole {
        let length = request.words.reduce(request.payload?.utf8.count ?? 0) { $0 + $1.utf8.count }
        // Bytes that are no text become three each.
        precondition(length <= 3 * count, "no command is longer than what was sent")
        precondition(request.words.allSatisfy { !$0.isEmpty }, "words have letters")
    }
    return 0
}

private func commands(in pieces: some Sequence<some Collection<UInt8>>) -> [CommandInput.Next] {
    var input = CommandInput()
    var found: [CommandInput.Next] = []
    for piece in pieces {
        input.append(piece)
        reading: while true {
            let next = input.next()
            switch next {
            case .needsMore: break reading
            case .tooLong: return found + [next]
            case .command, .payloadLine: found.append(next)
            }
        }
    }
    return found
}

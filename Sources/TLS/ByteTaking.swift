/// Collects what a function of OpenSSL's side hands over piece by piece.
///
/// - Parameter body: calls that function; the pointer is its owner, for `appendBytes`.
/// - Returns: all the pieces, one after the other.
func takingBytes(_ body: (UnsafeMutableRawPointer) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    withUnsafeMutablePointer(to: &bytes) { body(UnsafeMutableRawPointer($0)) }
    return bytes
}

/// Takes a piece; the owner is an array of bytes.
let appendBytes: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int) -> Void = {
    owner, bytes, count in
    owner?.assumingMemoryBound(to: [UInt8].self).pointee += UnsafeBufferPointer(start: bytes, count: count)
}

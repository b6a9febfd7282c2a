import Configuration
import Model

extension WorkerRequest where Answer == Bool {
    /// Changes what values stand for in maps, from the next look-up on.
    ///
    /// - Parameter maps: the maps that have changed, each in all ways in which it is searched.
    /// - Returns: the request; its answer is always true.
    public static func changeMaps(_ maps: [MapSearch: MapTable]) -> Self {
        Self(isForAllThreads: true) { loop in
            loop.expressions.maps.merge(maps) { _, new in new }
            return true
        }
    }
}

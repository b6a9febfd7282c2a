extension CommandTableOfWalk {
    /// What the threads are busy with.
    static let profiling = CommandTableOfWalk(
        "profiling",
        """
        show profiling
        show profiling all
        show profiling status
        show profiling tasks
        show profiling memory
        show profiling byaddr
        show profiling tasks 5
        show profiling tasks byaddr
        show profiling 0
        show profiling -1
        show profiling x
        user;show profiling
        operator;show profiling
        set profiling
        set profiling x
        set profiling tasks
        set profiling tasks x
        set profiling memory on
        set profiling memory x
        user;set profiling tasks on
        operator;set profiling tasks on
        set profiling tasks off
        show profiling
        set profiling tasks on
        show profiling status
        set profiling tasks auto
        help show profiling
        help set profiling
        set severity-output number;set profiling;set profiling tasks x;show profiling x
        """)
}

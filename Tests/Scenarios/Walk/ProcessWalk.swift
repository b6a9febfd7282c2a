extension CommandTableOfWalk {
    /// Variables that belong to no session.
    static let variables = CommandTableOfWalk(
        "variables of the process",
        #"""
        get var
        get var proc.
        get var proc.walked
        get var proc.walked x
        get var proc.text
        get var proc.none
        get var proc.a-b
        get var sess.walked
        get var walked
        user;get var proc.walked
        operator;get var proc.walked
        set severity-output number;get var proc.walked;get var x
        help get var
        set var proc.walked int(1)
        experimental-mode on;operator;set var proc.walked int(1)
        experimental-mode on;user;set var proc.walked int(1)
        experimental-mode on;help set var
        experimental-mode on;set var
        experimental-mode on;set var x
        experimental-mode on;set var proc.x
        experimental-mode on;set var proc.x int(1) x
        experimental-mode on;set var x int(1)
        experimental-mode on;set var process.x int(1)
        experimental-mode on;set var PROC.x int(1)
        experimental-mode on;set var proc. int(1)
        experimental-mode on;set var proc.a-b int(1)
        experimental-mode on;set var proc.x%y int(1)
        experimental-mode on;set var sess.x int(1)
        experimental-mode on;set var check.x int(1)
        experimental-mode on;set severity-output number;set var;set var x;set var sess.x int(1);set var proc.walked int(7)
        experimental-mode on;set var proc.walked int(43);get var proc.walked
        experimental-mode on;set var proc.walked expr int(44);get var proc.walked
        experimental-mode on;set var proc.walked expr int(45) x y;get var proc.walked
        experimental-mode on;set var proc.walked int(1),add(2);get var proc.walked
        experimental-mode on;set var proc.walked int(-5);get var proc.walked
        experimental-mode on;set var proc.walked str(a\ b);get var proc.walked
        experimental-mode on;set var proc.walked str(ä);get var proc.walked
        experimental-mode on;set var proc.walked str("a b");get var proc.walked
        experimental-mode on;set var proc.walked str(Ab),upper;get var proc.walked
        experimental-mode on;set var proc.walked bool(true);get var proc.walked
        experimental-mode on;set var proc.walked bool(false);get var proc.walked
        experimental-mode on;set var proc.walked always_true;get var proc.walked
        experimental-mode on;set var proc.walked str(1.2.3.4),ipmask(24);get var proc.walked
        experimental-mode on;set var proc.walked str(::1),ipmask(24,64);get var proc.walked
        experimental-mode on;set var proc.walked hostname;get var proc.walked
        experimental-mode on;set var proc.walked env(HOME);get var proc.walked
        experimental-mode on;set var proc.walked var(proc.text);get var proc.walked
        experimental-mode on;set var proc.walked var(proc.none);get var proc.walked
        experimental-mode on;set var proc.walked var(sess.x);get var proc.walked
        experimental-mode on;set var proc.walked fmt a\ b;get var proc.walked
        experimental-mode on;set var proc.walked fmt a b c;get var proc.walked
        experimental-mode on;set var proc.walked fmt a%%b;get var proc.walked
        experimental-mode on;set var proc.walked fmt %[int(3)]-x;get var proc.walked
        experimental-mode on;set var proc.walked fmt a%[var(proc.none)];get var proc.walked
        experimental-mode on;set var proc.x.y int(1);get var proc.x.y
        experimental-mode on;set var proc..x int(1);get var proc..x
        experimental-mode on;set var proc.walked nope;get var proc.walked
        experimental-mode on;set var proc.walked int(1),nope;get var proc.walked
        experimental-mode on;set var proc.walked src;get var proc.walked
        experimental-mode on;set var proc.walked fmt %zz;get var proc.walked
        """#,
        differing: Dictionary(
            uniqueKeysWithValues: [
                "proc.walked nope", "proc.walked int(1),nope", "proc.walked src", "proc.walked fmt %zz",
            ].map { ("experimental-mode on;set var \($0);get var proc.walked", "samples are refused as in files") }))

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

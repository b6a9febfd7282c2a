#include "CLinux.h"

#include <linux/capability.h>
#include <sys/prctl.h>

int supervise_keep_capabilities(void) { return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0); }

int supervise_keep_low_ports_alone(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, sets) != 0) return -1;
    // In a container even root may lack it.
    uint32_t kept = sets[0].permitted & (1u << CAP_NET_BIND_SERVICE);
    sets[0] = (struct __user_cap_data_struct){.effective = kept, .permitted = kept, .inheritable = kept};
    sets[1] = (struct __user_cap_data_struct){.effective = 0, .permitted = 0, .inheritable = 0};
    if (syscall(SYS_capset, &header, sets) != 0) return -1;
    if (kept == 0) return 0;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0);
}

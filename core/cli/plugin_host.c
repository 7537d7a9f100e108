// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait-plugin-host: the process in which one instance of an isolated plugin lives. The host
// starts it with a channel and shared memory as its only descriptors; by hand it does nothing.
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "guest.h"

// In a build with sanitizers a plugin's crash stays a crash: its signal tells the host what it was.
// The search for leaks would ask the kernel for what is refused here.
// gcc's sanitizer is a library of its own, which must see this.
__attribute__((visibility("default"))) const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:"
           "detect_leaks=0";
}

int main(void)
{
    struct pt_error err = ERROR_INIT;
    if (fcntl(CHILD_CHANNEL_FD, F_GETFD) < 0 || fcntl(CHILD_WINDOW_FD, F_GETFD) < 0) {
        fprintf(stderr, "portrait-plugin-host: portrait starts this program for its plugins\n");
        return 2;
    }
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 4 << 20); // as main.c: memory of a batch serves the next one
    mallopt(M_TRIM_THRESHOLD, 32 << 20);
#endif
    pt_status status = guest_serve(&err);
    // Not by exit(): no code of the plugin runs after its instance is gone.
    _exit(status == PT_OK ? 0 : 1);
}

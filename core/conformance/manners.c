// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "manners.h"

#include <dirent.h>
#include <fenv.h>
#include <langinfo.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "fsys.h"

static uint32_t count_entries(const char *path)
{
    DIR *dir = fsys_opendir(path);
    uint32_t n = 0;
    while (dir != NULL && fsys_readdir(dir) != NULL) {
        n++;
    }
    if (dir != NULL) {
        fsys_closedir(dir);
    }
    return n;
}

uint32_t manners_descriptors(void)
{
    return count_entries("/proc/self/fd");
}

uint32_t manners_threads(void)
{
    return count_entries("/proc/self/task");
}

static uint64_t digest_of(const char *text)
{
    return digest_add(DIGEST_INIT, text, text == NULL ? 0 : strlen(text));
}

static uint64_t locale_digest(void)
{
    static const nl_item items[] = {CODESET, RADIXCHAR, THOUSEP, D_T_FMT, DAY_1, CRNCYSTR, YESEXPR};
    uint64_t digest = DIGEST_INIT;
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        const char *text = nl_langinfo(items[i]);
        digest = digest_add(digest, text, strlen(text) + 1);
    }
    return digest;
}

static uint64_t arithmetic_modes(void)
{
    uint64_t modes = (uint64_t)(uint32_t)fegetround() << 32 | (uint64_t)(uint32_t)fegetexcept();
#if defined(__x86_64__)
    modes ^= (uint64_t)(_mm_getcsr() & ~0x3fu) << 8; // without the flags of what happened
#endif
    return modes;
}

void manners_take(struct manners *out)
{
    char folder[PATH_MAX] = "";
    sigset_t mask;
    *out = (struct manners){.locale = locale_digest(), .arithmetic = arithmetic_modes()};
    out->environment = DIGEST_INIT;
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        out->environment = digest_add(out->environment, *entry, strlen(*entry) + 1);
    }
    out->folder = digest_of(getcwd(folder, sizeof folder));
    sigemptyset(&mask);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    for (int i = 1; i < MANNERS_SIGNALS; i++) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        if (sigaction(i, NULL, &action) == 0) {
            out->actions[i] = action.sa_handler;
        }
        out->mask |= sigismember(&mask, i) == 1 ? UINT64_C(1) << (i - 1) : 0;
    }
    out->umask = umask(0);
    umask(out->umask);
    out->descriptors = manners_descriptors();
    out->threads = manners_threads();
}

static void compare_signals(struct subject *s, const struct manners *before,
                            const struct manners *now)
{
    for (int i = 1; i < MANNERS_SIGNALS; i++) {
        if (before->actions[i] != now->actions[i]) {
            subject_fault(s, "it changed what signal %d (%s) does", i, strsignal(i));
        }
    }
    if (before->mask != now->mask) {
        subject_fault(s, "it changed which signals are blocked");
    }
}

void manners_compare(struct subject *s, const struct manners *before)
{
    struct manners now;
    manners_take(&now);

    const struct {
        bool is_same;
        const char *what;
    } facts[] = {
        {before->locale == now.locale, "the locale"},
        {before->environment == now.environment, "the environment"},
        {before->folder == now.folder, "the working folder"},
        {before->arithmetic == now.arithmetic, "the modes of floating-point arithmetic"},
        {before->umask == now.umask, "the file mode mask"},
    };

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (!facts[i].is_same) {
            subject_fault(s, "it changed %s of the process", facts[i].what);
        }
    }
    compare_signals(s, before, &now);
    if (now.descriptors > before->descriptors) {
        subject_fault(s, "it left %u file descriptors open", now.descriptors - before->descriptors);
    }
    for (int i = 0; i < 50 && now.threads > before->threads; i++) {
        usleep(2000); // a thread that was joined can be seen a moment longer
        now.threads = manners_threads();
    }
    if (now.threads > before->threads) {
        subject_fault(s, "it left %u threads running", now.threads - before->threads);
    }
}

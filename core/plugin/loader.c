// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// When a loader refuses a file, libltdl goes on to the next one, and its own binds lazily: a plugin
// that misses a symbol would load and crash later. So that loader is taken out and ours put in.
// libltdl says no more than "file not found"; the reason is dlerror's, which nothing between
// dlopen() and the failing return overwrites.
#include "loader.h"

#include <dlfcn.h>
#include <ltdl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUR_LOADER "portrait_now"
#define NAME_BYTES 512
#define MAJORS_KNOWN 10 // so many majors are looked for, to say which one a file was built for

static const char hex_digits[] = "0123456789abcdef";

static lt_module open_now(lt_user_data data, const char *filename, lt_dladvise advise)
{
    (void)data;
    (void)advise;
    return dlopen(filename, RTLD_NOW | RTLD_LOCAL);
}

static int keep_open(lt_user_data data, lt_module module)
{
    (void)data;
    (void)module;
    return 0;
}

static void *find_symbol(lt_user_data data, lt_module module, const char *name)
{
    (void)data;
    return dlsym(module, name);
}

static const lt_dlvtable our_loader = {
    .name = OUR_LOADER,
    .module_open = open_now,
    .module_close = keep_open,
    .find_sym = find_symbol,
    .priority = LT_DLLOADER_PREPEND,
};

pt_status loader_init(struct pt_error *err)
{
    if (lt_dlinit() != 0) {
        FAIL(err, PT_E_INTERNAL, "libltdl does not start: %s", lt_dlerror());
    }
    if (lt_dlloader_find(OUR_LOADER) == NULL && lt_dlloader_add(&our_loader) != 0) {
        FAIL(err, PT_E_INTERNAL, "libltdl takes no loader: %s", lt_dlerror());
    }
    // The vtable that comes back is libltdl's allocation and the caller's to free.
    free(lt_dlloader_remove("lt_dlopen"));
    if (lt_dlloader_find("lt_dlopen") != NULL) {
        FAIL(err, PT_E_INTERNAL, "libltdl keeps its own loader: %s", lt_dlerror());
    }
    return PT_OK;
}

// What to say of a file without our symbol.
static pt_status no_entry(lt_dlhandle handle, struct pt_error *err)
{
    for (int major = 0; major < MAJORS_KNOWN; major++) {
        char symbol[32];
        snprintf(symbol, sizeof symbol, "portrait_plugin_v%d", major);
        if (lt_dlsym(handle, symbol) != NULL) {
            FAIL(err, PT_E_UNSUPPORTED,
                 "it is built for plugin ABI %d and this host has %d.%d: install the plugin's "
                 "version for ABI %d, or a portrait with ABI %d",
                 major, PT_ABI_MAJOR, PT_ABI_MINOR, PT_ABI_MAJOR, major);
        }
    }
    FAIL(err, PT_E_DATA, "it is no plugin: it does not export " PT_PLUGIN_SYMBOL);
}

static pt_status call_entry(void *symbol, const pt_plugin **out, struct pt_error *err)
{
    pt_plugin_entry entry = NULL;
    memcpy(&entry, &symbol, sizeof entry); // an object pointer is no function pointer in ISO C
    *out = entry();
    if (*out == NULL) {
        FAIL(err, PT_E_DATA, PT_PLUGIN_SYMBOL "() returned no descriptor");
    }
    return PT_OK;
}

// A name under which the system finds the open file. The dynamic linker takes two names that are
// equal for one library without a look at the file, and numbers of descriptors come again: so the
// name also spells the first 64 bits of the SHA-256, as steps that lead nowhere.
static void name_of(const struct plugin_file *file, char out[NAME_BYTES])
{
    size_t n = (size_t)snprintf(out, NAME_BYTES, "/proc/%ld/fd", (long)getpid());
    for (int i = 0; i < 16; i++) {
        const char *digit = strchr(hex_digits, file->sha256[i]);
        unsigned value = digit == NULL ? 0 : (unsigned)(digit - hex_digits);
        for (int bit = 0; bit < 4; bit++) {
            n += (size_t)snprintf(out + n, NAME_BYTES - n,
                                  (value >> bit & 1) != 0 ? "/../fd" : "/.");
        }
    }
    snprintf(out + n, NAME_BYTES - n, "/%d", file->fd);
}

// The reason without the name, which tells a reader nothing.
static const char *reason_of(const char *name)
{
    const char *reason = dlerror();
    size_t n = strlen(name);
    if (reason == NULL) {
        return lt_dlerror();
    }
    return strncmp(reason, name, n) == 0 && strncmp(reason + n, ": ", 2) == 0 ? reason + n + 2
                                                                              : reason;
}

pt_status loader_open(const struct plugin_file *file, const pt_plugin **out, struct pt_error *err)
{
    char name[NAME_BYTES];
    TRY(plugin_file_same(file, err));
    name_of(file, name);
    dlerror(); // an older message must not be taken for the reason
    lt_dlhandle handle = lt_dlopen(name);
    if (handle == NULL) {
        FAIL(err, PT_E_DATA, "it cannot be loaded: %s", reason_of(name));
    }
    void *symbol = lt_dlsym(handle, PT_PLUGIN_SYMBOL);
    if (symbol == NULL) {
        return no_entry(handle, err);
    }
    TRY(call_entry(symbol, out, err));
    return plugin_file_same(file, err);
}

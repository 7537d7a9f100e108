// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Relocations as in the System V ABI, AMD64 and AArch64 supplements.
#include "alloc_hook.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem.h"

#if defined(__x86_64__)
#define IS_SLOT(type)                                                                              \
    ((type) == R_X86_64_JUMP_SLOT || (type) == R_X86_64_GLOB_DAT || (type) == R_X86_64_64)
#else
#define IS_SLOT(type)                                                                              \
    ((type) == R_AARCH64_JUMP_SLOT || (type) == R_AARCH64_GLOB_DAT || (type) == R_AARCH64_ABS64)
#endif

static void *hook_calloc(size_t n, size_t size)
{
    return mem_zero(n, size);
}

static void *hook_realloc(void *p, size_t size)
{
    return mem_resize(p, size, 1);
}

static void *hook_reallocarray(void *p, size_t n, size_t size)
{
    return mem_resize(p, n, size);
}

static int hook_posix_memalign(void **out, size_t alignment, size_t size)
{
    void *p = mem_aligned(alignment, size);
    if (p == NULL) {
        return ENOMEM;
    }
    *out = p;
    return 0;
}

// What was freed is filled, so that a later look at it shows.
static void hook_free(void *p)
{
    if (p != NULL) {
        memset(p, 0xdd, malloc_usable_size(p));
    }
    mem_free(p);
}

typedef void (*any_function)(void);

struct hook {
    const char *name;
    any_function function;
};

static const struct hook hooks[] = {
    {"malloc", (any_function)mem_alloc},
    {"calloc", (any_function)hook_calloc},
    {"realloc", (any_function)hook_realloc},
    {"reallocarray", (any_function)hook_reallocarray},
    {"aligned_alloc", (any_function)mem_aligned},
    {"posix_memalign", (any_function)hook_posix_memalign},
    {"strdup", (any_function)mem_strdup},
    {"strndup", (any_function)mem_strndup},
    {"free", (any_function)hook_free},
};

// Tables of a loaded library.
struct library {
    uintptr_t base;
    const ElfW(Dyn) * dynamic;
    const ElfW(Sym) * symbols;
    const char *names;
};

static void set_slot(uintptr_t address, any_function function)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    // Slots may have been made read-only after loading.
    if (mprotect((void *)(address & ~(page - 1)), 2 * page, PROT_READ | PROT_WRITE) == 0 ||
        mprotect((void *)(address & ~(page - 1)), page, PROT_READ | PROT_WRITE) == 0) {
        memcpy((void *)address, &function, sizeof function);
    }
}

static void walk(const struct library *l, const ElfW(Rela) * rows, size_t bytes)
{
    for (size_t i = 0; rows != NULL && i < bytes / sizeof *rows; i++) {
        const char *name = l->names + l->symbols[ELF64_R_SYM(rows[i].r_info)].st_name;
        for (size_t h = 0;
             IS_SLOT(ELF64_R_TYPE(rows[i].r_info)) && h < sizeof hooks / sizeof hooks[0]; h++) {
            if (strcmp(name, hooks[h].name) == 0) {
                set_slot(l->base + rows[i].r_offset, hooks[h].function);
            }
        }
    }
}

static int find_dynamic(struct dl_phdr_info *info, size_t size, void *ctx)
{
    struct library *l = ctx;
    (void)size;
    for (int i = 0; info->dlpi_addr == l->base && i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            l->dynamic = (const ElfW(Dyn) *)(l->base + info->dlpi_phdr[i].p_vaddr);
            return 1;
        }
    }
    return 0;
}

void alloc_hook_install(const void *vtable)
{
    void *create = NULL;
    Dl_info where;
    // The first slot of every vtable is create(), behind two numbers.
    memcpy(&create, (const char *)vtable + 8, sizeof create);
    if (dladdr(create, &where) == 0) {
        return;
    }
    struct library l = {.base = (uintptr_t)where.dli_fbase};
    dl_iterate_phdr(find_dynamic, &l);
    const ElfW(Rela) * rows[2] = {NULL, NULL};
    size_t bytes[2] = {0, 0};
    for (const ElfW(Dyn) *d = l.dynamic; d != NULL && d->d_tag != DT_NULL; d++) {
        switch (d->d_tag) {
        case DT_SYMTAB:
            l.symbols = (const ElfW(Sym) *)d->d_un.d_ptr;
            break;
        case DT_STRTAB:
            l.names = (const char *)d->d_un.d_ptr;
            break;
        case DT_RELA:
            rows[0] = (const ElfW(Rela) *)d->d_un.d_ptr;
            break;
        case DT_RELASZ:
            bytes[0] = d->d_un.d_val;
            break;
        case DT_JMPREL:
            rows[1] = (const ElfW(Rela) *)d->d_un.d_ptr;
            break;
        case DT_PLTRELSZ:
            bytes[1] = d->d_un.d_val;
            break;
        default:
            break;
        }
    }
    for (int i = 0; l.symbols != NULL && l.names != NULL && i < 2; i++) {
        walk(&l, rows[i], bytes[i]);
    }
}

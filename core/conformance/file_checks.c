// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The file as such: what it exports, what it needs, how long it takes to tell what it is.
#include <ctype.h>
#include <dlfcn.h>
#include <elf.h>
#include <string.h>

#include <portrait/plugin.h>

#include "clock.h"
#include "fsys.h"
#include "loader.h"
#include "mem.h"
#include "scan.h"
#include "scan_record.h"

#include "subject.h"

#define SCAN_MOST_MS 1000
#define SECTIONS_MAX 1024u
#define TABLE_BYTES_MAX ((uint64_t)32 << 20)

// Reads a run of the file into the arena; NULL when it is not all there.
static void *read_run(struct subject *s, uint64_t at, uint64_t size)
{
    if (size == 0 || size > TABLE_BYTES_MAX) {
        return NULL;
    }
    char *p = arena_zero(&s->arena, 1, size + 1);
    ssize_t n = p == NULL ? -1 : fsys_pread(s->file->fd, p, size, (off_t)at);
    return n == (ssize_t)size ? p : NULL;
}

static bool is_entry_name(const char *name)
{
    static const char prefix[] = "portrait_plugin_v";
    size_t n = sizeof prefix - 1;
    return strncmp(name, prefix, n) == 0 && isdigit((unsigned char)name[n]) &&
           name[n + strspn(name + n, "0123456789")] == '\0';
}

static bool is_exported(const Elf64_Sym *symbol)
{
    unsigned bind = ELF64_ST_BIND(symbol->st_info);
    unsigned seen = ELF64_ST_VISIBILITY(symbol->st_other);
    return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS && bind != STB_LOCAL &&
           (seen == STV_DEFAULT || seen == STV_PROTECTED);
}

static void walk_symbols(struct subject *s, const Elf64_Shdr *table, const Elf64_Shdr *names)
{
    const Elf64_Sym *symbols = read_run(s, table->sh_offset, table->sh_size);
    const char *text = read_run(s, names->sh_offset, names->sh_size);
    for (uint64_t i = 0; symbols != NULL && text != NULL && i < table->sh_size / sizeof *symbols;
         i++) {
        if (symbols[i].st_name < names->sh_size && is_exported(&symbols[i]) &&
            !is_entry_name(text + symbols[i].st_name)) {
            subject_fault(s, "it exports %s: only " PT_PLUGIN_SYMBOL " may be seen outside",
                          text + symbols[i].st_name);
        }
    }
}

static void check_exports(struct subject *s)
{
    const Elf64_Ehdr *header = read_run(s, 0, sizeof *header);
    if (header == NULL || header->e_shnum == 0 || header->e_shnum > SECTIONS_MAX ||
        header->e_shentsize != sizeof(Elf64_Shdr)) {
        subject_fault(s, "it has no table of sections");
        return;
    }
    const Elf64_Shdr *sections = read_run(s, header->e_shoff, header->e_shnum * sizeof(Elf64_Shdr));
    for (uint32_t i = 0; sections != NULL && i < header->e_shnum; i++) {
        if (sections[i].sh_type == SHT_DYNSYM && sections[i].sh_link < header->e_shnum) {
            walk_symbols(s, &sections[i], &sections[sections[i].sh_link]);
        }
    }
}

// In a namespace of its own the file finds nothing of this program: only what it names itself.
static void check_symbols(struct subject *s)
{
    if (child_is_sanitized()) {
        subject_skip(s, "sanitizers need their symbols from the program");
        return;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", s->file->fd);
    dlerror();
    if (dlmopen(LM_ID_NEWLM, path, RTLD_NOW | RTLD_LOCAL) == NULL) {
        const char *why = dlerror();
        size_t n = strlen(path);
        bool is_named = why != NULL && strncmp(why, path, n) == 0;
        subject_fault(s, "alone, with the libraries it names, it does not load: %s",
                      why == NULL ? "" : why + (is_named ? n + 2 : 0));
    }
}

static void check_scan(struct subject *s)
{
    struct pt_error err = ERROR_INIT;
    struct str records[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        struct plugin_info info = {.path = s->file->path};
        int64_t begin = clock_monotonic_us();
        if (!subject_good(s, scan_load(s->file, &s->arena, &info, NULL, &err), "loading", &err)) {
            return;
        }
        int64_t ms = (clock_monotonic_us() - begin) / US_PER_MS;
        if (ms > SCAN_MOST_MS) {
            subject_fault(s, "it takes %lld ms to load and tell what it is; %d are allowed",
                          (long long)ms, SCAN_MOST_MS);
        }
        scan_record_write(&info, &records[i]);
    }
    if (!text_equal(str_view(&records[0]), str_view(&records[1]))) {
        subject_fault(s, "asked twice, it describes itself differently");
    }
    str_release(&records[0]);
    str_release(&records[1]);
}

const struct check file_checks[] = {
    {"exports", "nothing but the entry is exported", check_exports, false},
    {"symbols", "it loads alone, with the libraries it names", check_symbols, false},
    {"scan", "it tells what it is, quickly and always the same", check_scan, false},
    {NULL, NULL, NULL, false},
};

// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Every offset and size comes from a stranger's file: nothing is used before it was checked.
#include "elf_note.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "fsys.h"
#include "mem.h"

#define SEGMENTS_MAX 64u
#define NOTES_BYTES_MAX ((uint64_t)64 << 10) // of one segment

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#error "the machine's ELF number is not known here"
#endif

struct search {
    int fd;
    const char *path;
    struct elf_note *out;
    bool is_found; // of this host's major
    bool is_other; // of another
};

static pt_status read_at(const struct search *s, uint64_t offset, void *out, size_t size,
                         struct pt_error *err)
{
    size_t n = 0;
    while (n < size) {
        if (offset > INT64_MAX - size) {
            FAIL(err, PT_E_DATA, "it is a damaged ELF file");
        }
        ssize_t got = fsys_pread(s->fd, (char *)out + n, size - n, (off_t)(offset + n));
        if (got < 0) {
            return error_system(err, errno, "%s", s->path);
        }
        if (got == 0) {
            FAIL(err, PT_E_DATA, "it is a damaged ELF file");
        }
        n += (size_t)got;
    }
    return PT_OK;
}

static pt_status read_header(const struct search *s, Elf64_Ehdr *h, struct pt_error *err)
{
    unsigned char start[SELFMAG];
    if (fsys_pread(s->fd, start, sizeof start, 0) != (ssize_t)sizeof start ||
        memcmp(start, ELFMAG, SELFMAG) != 0) {
        FAIL(err, PT_E_DATA, "it is no ELF file");
    }
    TRY(read_at(s, 0, h, sizeof *h, err));
    if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
        h->e_machine != MACHINE) {
        FAIL(err, PT_E_DATA, "it was built for another machine");
    }
    if (h->e_type != ET_DYN || h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0 ||
        h->e_phnum > SEGMENTS_MAX) {
        FAIL(err, PT_E_DATA, "it is no shared library");
    }
    return PT_OK;
}

// The descriptor of PT_PLUGIN_NOTE, field by field as plugin.h lays it out. A file may serve
// several majors, each by a note and an entry of its own; how the others' go on is not known here.
static pt_status take_note(struct search *s, const uint8_t *desc, uint64_t size,
                           struct pt_error *err)
{
    struct pt_note_desc d = {.abi_major = PT_ABI_MAJOR};
    memcpy(&d.abi_major, desc, size < sizeof d.abi_major ? 0 : sizeof d.abi_major);
    if (d.abi_major != PT_ABI_MAJOR) {
        s->is_other = true;
        s->out->abi_major = s->is_found ? s->out->abi_major : d.abi_major;
        return PT_OK;
    }
    if (s->is_found) {
        FAIL(err, PT_E_DATA, "it carries two Portrait notes");
    }
    if (size != sizeof d) {
        FAIL(err, PT_E_DATA, "its Portrait note has another layout");
    }
    memcpy(&d, desc, sizeof d);
    if (memchr(d.id, '\0', sizeof d.id) == NULL || d.id[0] == '\0') {
        FAIL(err, PT_E_DATA, "its Portrait note names no plugin");
    }
    s->is_found = true;
    s->out->abi_major = d.abi_major;
    s->out->abi_minor = d.abi_minor;
    s->out->min_host_minor = d.min_host_minor;
    memcpy(s->out->id, d.id, sizeof d.id);
    return PT_OK;
}

static uint64_t padded(uint64_t size)
{
    return (size + 3) & ~(uint64_t)3;
}

static pt_status walk_notes(struct search *s, const uint8_t *p, uint64_t size, struct pt_error *err)
{
    while (size >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr n;
        memcpy(&n, p, sizeof n);
        uint64_t name = padded(n.n_namesz);
        uint64_t desc = padded(n.n_descsz);
        uint64_t whole = sizeof n + name + n.n_descsz;
        if (whole > size) {
            FAIL(err, PT_E_DATA, "it is a damaged ELF file");
        }
        if (n.n_namesz == sizeof PT_NOTE_NAME && n.n_type == PT_NOTE_TYPE &&
            memcmp(p + sizeof n, PT_NOTE_NAME, sizeof PT_NOTE_NAME) == 0) {
            TRY(take_note(s, p + sizeof n + name, n.n_descsz, err));
        }
        uint64_t step = sizeof n + name + desc;
        step = step > size ? size : step;
        p += step;
        size -= step;
    }
    return PT_OK;
}

static pt_status walk_segment(struct search *s, const Elf64_Phdr *segment, struct pt_error *err)
{
    if (segment->p_filesz > NOTES_BYTES_MAX) {
        FAIL(err, PT_E_DATA, "it is a damaged ELF file");
    }
    // Notes of 8-byte alignment are the compiler's own.
    if (segment->p_align > 4) {
        return PT_OK;
    }
    uint8_t *notes = mem_alloc(segment->p_filesz + 1);
    if (notes == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to read %s", s->path);
    }
    pt_status status = read_at(s, segment->p_offset, notes, segment->p_filesz, err);
    if (status == PT_OK) {
        status = walk_notes(s, notes, segment->p_filesz, err);
    }
    mem_free(notes);
    return status;
}

pt_status elf_note_read(int fd, const char *path, struct elf_note *out, struct pt_error *err)
{
    Elf64_Ehdr header;
    Elf64_Phdr segments[SEGMENTS_MAX];
    *out = (struct elf_note){0};
    struct search s = {.fd = fd, .path = path, .out = out};
    TRY(read_header(&s, &header, err));
    TRY(read_at(&s, header.e_phoff, segments, header.e_phnum * sizeof *segments, err));
    for (uint32_t i = 0; i < header.e_phnum; i++) {
        if (segments[i].p_type == PT_NOTE) {
            TRY(walk_segment(&s, &segments[i], err));
        }
    }
    if (!s.is_found && !s.is_other) {
        FAIL(err, PT_E_DATA, "it carries no Portrait note: is it a plugin?");
    }
    return PT_OK;
}

// A plugin of qemu that counts the instructions which a program runs:
//
//	gcc -shared -fPIC -O2 -o qemu_insn.so benchmarks/qemu_insn.c
//	GOMAXPROCS=1 qemu-aarch64 -plugin ./qemu_insn.so ./zoo-arm64 predict lstm-imdb "..."
//
// It declares the little of qemu-plugin.h (version 1) that it needs, since Debian's
// qemu-user comes without that file. With several threads the count is a little low.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint64_t id_t_;
struct qemu_plugin_tb;
void qemu_plugin_register_vcpu_tb_trans_cb(id_t_, void (*)(id_t_, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int op, void *, uint64_t);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
void qemu_plugin_register_atexit_cb(id_t_, void (*)(id_t_, void *), void *);

int qemu_plugin_version = 1;
static uint64_t count;

static void translated(id_t_ id, struct qemu_plugin_tb *block) {
	const int add = 0;
	qemu_plugin_register_vcpu_tb_exec_inline(block, add, &count, qemu_plugin_tb_n_insns(block));
}

static void ended(id_t_ id, void *unused) {
	fprintf(stderr, "%llu instructions\n", (unsigned long long)count);
}

int qemu_plugin_install(id_t_ id, const void *info, int argc, char **argv) {
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}

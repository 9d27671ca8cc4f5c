//! Words everybody uses all the time: they say nothing about who uses them.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether a word, in small letters, is one of them.
pub(super) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(word)
}

static STOP_WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| ENGLISH.split(' ').chain(CHINESE.split(' ')).collect());

const ENGLISH: &str = "about after again all also and any are aren't because been before being but can can't could \
    did didn't does doesn't doing don't down each few for from get got had has have haven't having her here hers \
    him his how into isn't it's its itself just let let's like more most not now off only our out over own same \
    she should shouldn't some such than that that's the their them then there there's these they they're this \
    those through too under until very was wasn't way we'll we're were weren't what what's when where which while \
    who why will with won't would you you're your yours yourself i'm i've i'll yes yeah okay please thanks thank \
    one two via per amp www com";

const CHINESE: &str = "一个 一下 一些 一样 一直 一种 一点 一起 上面 下面 不会 不到 不去 不同 不好 不是 不知 不能 不要 不过 与其 \
    两个 为了 为什么 之前 之后 之间 也是 于是 什么 今天 他们 以及 以后 以前 任何 但是 你们 使用 先生 全部 其中 其他 其实 再说 \
    出来 出去 刚才 别的 到了 到底 又是 反正 只是 只有 只能 只要 可以 可是 可能 各位 各种 同时 后来 因为 因此 在于 大家 太多 她们 \
    好了 好的 如何 如果 它们 对于 已经 并且 并不 应该 开始 当时 很多 得到 怎么 怎样 总是 您好 情况 感觉 我们 或者 所以 所有 才能 \
    时候 是不是 是否 更加 有人 有些 有什么 有时 有没有 有点 本来 来说 某些 根本 此时 每个 没有 没事 没关系 然后 然而 现在 的话 的时候 \
    目前 直接 看看 知道 确实 第一 等等 给我 而且 而是 能够 自己 至于 虽然 行吧 觉得 认为 许多 让我 谁都 起来 越来越 还是 还有 这个 \
    这么 这些 这样 这边 这里 这种 进行 通过 那个 那么 那些 那样 那边 那里 都是 关于 非常 需要 首先 马上 刚刚 比较 一定 一般 不用 \
    发给 放在 一共 可不可以 能不能 要不要 就是 就是说 是的 嗯嗯 哦哦 好吧 谢谢 請問 我們 你們 他們 這個 那個 什麼 怎麼 沒有 可以 現在 時候 因為";

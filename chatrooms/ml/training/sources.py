"""Where the texts of known sources come from, and under which licences."""

from typing import Final

KNOWN: Final = {
    "davidson": ("github.com/t-davidson/hate-speech-and-offensive-language", "MIT"),
    "hatexplain": ("HateXplain, github.com/hate-alert/HateXplain", "MIT"),
    "jigsaw_sample": (
        "Jigsaw Toxic Comment Classification 2018 (Wikipedia talk pages)",
        "CC0; comment text CC BY-SA 3.0",
    ),
    "wiki_cat_gc": (
        "github.com/ipavlopoulos/context_toxicity (Wikipedia talk pages)",
        "Apache-2.0; text CC BY-SA",
    ),
    "wiki_cat_gn": (
        "github.com/ipavlopoulos/context_toxicity (Wikipedia talk pages)",
        "Apache-2.0; text CC BY-SA",
    ),
    "civil_toxic_spans": (
        "SemEval-2021 task 5, github.com/ipavlopoulos/toxic_spans (Civil Comments)",
        "CC0 1.0",
    ),
    "civil_not_toxic": ("github.com/ipavlopoulos/toxic_spans (Civil Comments)", "CC0 1.0"),
    "wiki_detox": (
        "github.com/conversationai/unintended-ml-bias-analysis (Wikipedia talk pages)",
        "Apache-2.0; text CC BY-SA",
    ),
    "stormfront": ("Vicomtech, github.com/Vicomtech/hate-speech-dataset", "CC BY-SA 3.0 ES"),
    "convabuse": ("ConvAbuse, github.com/amandacurry/convabuse", "CC BY 4.0"),
    "edos": ("EDOS, github.com/rewire-online/edos", "CC0 1.0"),
    "hatemoji_build": ("HatemojiBuild, github.com/HannahKirk/Hatemoji", "CC BY 4.0"),
    "surge": ("github.com/surge-ai/toxicity", "MIT"),
    "toxigen": (
        "ToxiGen, human-agreed part, github.com/microsoft/SafeNLP",
        "MIT and CDLA-Permissive-2.0",
    ),
    "goemotions_warm": ("GoEmotions, github.com/monologg/GoEmotions-pytorch", "Apache-2.0"),
    "ubuntu_irc": ("github.com/jkkummerfeld/irc-disentanglement", "CC BY 4.0"),
    "topical_chat": ("Topical-Chat, github.com/alexa/Topical-Chat", "CDLA-Sharing-1.0"),
    "identity_templates": (
        "github.com/conversationai/unintended-ml-bias-analysis",
        "Apache-2.0",
    ),
}
"""Name of a source in the corpus -> origin and licence."""
